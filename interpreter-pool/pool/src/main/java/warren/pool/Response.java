package warren.pool;

import java.io.IOException;
import java.util.Arrays;

/** Takes one response from an interpreter's records and hands it on as it comes. */
final class Response {
    private final Interpreter interpreter;
    private final RecordReader records;
    private final Exchange exchange;
    private byte[] head = new byte[1024];
    private int headLength;
    private boolean headTaken;
    private boolean silent = true;

    Response(Interpreter interpreter, Exchange exchange) {
        this.interpreter = interpreter;
        this.records = interpreter.records();
        this.exchange = exchange;
    }

    boolean headTaken() {
        return headTaken;
    }

    /** Whether not a byte of it has come. */
    boolean isSilent() {
        return silent;
    }

    /** All of it, to the end of the request. */
    void take() throws InterpreterGone, ProtocolBroken, IOException {
        for (int type = next(); type != FastCgi.END_REQUEST; type = next()) {
            if (type == FastCgi.STDERR) {
                takeStandardError();
            } else {
                takeOutput();
            }
        }
        try {
            records.requireComplete();
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
        if (!headTaken) {
            throw new ProtocolBroken(interpreter + " ended its response inside the head");
        }
    }

    private int next() throws InterpreterGone, ProtocolBroken {
        try {
            int type = records.next();
            silent = false;
            return type;
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
    }

    private int read() throws InterpreterGone {
        try {
            return records.read(interpreter.chunk());
        } catch (IOException e) {
            throw new InterpreterGone(e);
        }
    }

    private void takeStandardError() throws InterpreterGone {
        for (int count = read(); count > 0; count = read()) {
            interpreter.tellOwner(interpreter.chunk(), count);
        }
    }

    private void takeOutput() throws InterpreterGone, ProtocolBroken, IOException {
        for (int count = read(); count > 0; count = read()) {
            if (headTaken) {
                exchange.write(interpreter.chunk(), 0, count);
            } else {
                takeHead(interpreter.chunk(), count);
            }
        }
        if (headTaken && records.isDrained()) {
            exchange.flush();
        }
    }

    private void takeHead(byte[] bytes, int count) throws ProtocolBroken, IOException {
        if (headLength + count > ResponseHeadParser.MOST_BYTES + bytes.length) {
            throw new ProtocolBroken(interpreter + " sent a head of more than 64 KB");
        }
        head = headLength + count > head.length ? Arrays.copyOf(head, Math.max(2 * head.length, headLength + count)) : head;
        System.arraycopy(bytes, 0, head, headLength, count);
        headLength += count;
        int end = ResponseHeadParser.endOfHead(head, headLength);
        if (end > ResponseHeadParser.MOST_BYTES) {
            throw new ProtocolBroken(interpreter + " sent a head of more than 64 KB");
        }
        if (end > 0) {
            exchange.head(ResponseHeadParser.parse(head, end));
            headTaken = true;
            exchange.write(head, end, headLength - end);
        }
    }
}
