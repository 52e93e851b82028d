package warren.connector;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.contract.GenerationId;
import warren.contract.PoolSettings;
import warren.contract.Route;
import warren.contract.Token;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.pool.LauncherClient;

/**
 * Two requests through the whole connector, one served and one refused, with a launcher and an interpreter of its own
 * making: it loads what a connector loads, and that is how its class-data archive is made when Warren is built. Its one
 * argument is an empty directory but for {@code ajp.sock}, which listens as descriptor 0. An installed Warren never runs
 * it; it exits 1 where a request is not answered as it should.
 */
final class Rehearsal {
    private static final String SECRET = "secret-of-the-rehearsal";
    private static final VirtualHostName NAME = new VirtualHostName("rehearsal");
    private static final int PACKET_BYTES = 8192;
    private static final byte[] END_OF_REQUEST = {1, 5, 0, 1, 0, 0, 0, 0};
    private static final int FASTCGI_OUTPUT = 6;
    private static final int FASTCGI_END = 3;
    private static final int AJP_FORWARD = 2;
    private static final int AJP_GET = 2;
    private static final int AJP_MORE_BODY = 6;
    private static final int AJP_HEAD = 4;
    private static final int AJP_END = 5;

    private final Path directory;
    private final Token token = Token.random(new SecureRandom());

    private Rehearsal(Path directory) {
        this.directory = directory;
    }

    /** What is done with one connection. */
    private interface Conversation {
        void hold(InputStream in, OutputStream out) throws IOException;
    }

    public static void main(String[] arguments) throws Exception {
        try {
            new Rehearsal(Path.of(arguments[0])).run();
        } catch (IOException | RuntimeException e) {
            System.err.println("the rehearsal failed: " + e);
            Runtime.getRuntime().halt(1);
        }
        // through the drain, as a connector ends
        System.exit(0);
    }

    private void run() throws Exception {
        Files.createDirectory(directory.resolve("owners"));
        Files.createFile(directory.resolve("owners/" + NAME + ".log"));
        Files.createFile(directory.resolve("interpreter.log"));
        OwnPrivileges.objection(Path.of("/proc/self/status"));
        listen("launcher.sock", this::answer);
        listen("interpreter.sock", Rehearsal::interpret);
        LauncherClient launcher = new LauncherClient(directory.resolve("launcher.sock"));
        Answer.Configured configured = launcher.configure();
        AdministratorsLog.openIn(directory);
        Service.start(launcher, configured);
        require(200, ask(NAME + " " + token.reveal()));
        require(403, ask(NAME + " wrong"));
        try (SocketChannel status = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("status.sock")))) {
            Channels.newInputStream(status).readAllBytes();
        }
    }

    private static void require(int expected, int status) throws IOException {
        if (status != expected) {
            throw new IOException("status " + status + ", expected " + expected);
        }
    }

    private void listen(String name, Conversation conversation) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(directory.resolve(name)));
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    SocketChannel connection = socket.accept();
                    Thread.ofPlatform().daemon().start(() -> hold(connection, conversation));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private static void hold(SocketChannel connection, Conversation conversation) {
        try (connection) {
            conversation.hold(Channels.newInputStream(connection), Channels.newOutputStream(connection));
        } catch (IOException e) {
            // the connector ends its connections as it likes
            return;
        }
    }

    /** The launcher: one generation runs already. */
    private void answer(InputStream in, OutputStream out) throws IOException {
        Answer.Launched launched = new Answer.Launched(new GenerationId(NAME, 1),
            directory.resolve("interpreter.sock").toString(), directory.resolve("interpreter.log").toString());
        switch (Frames.receiveAsk(in)) {
            case Ask.Configure() -> Frames.send(new Answer.Configured(SECRET, directory.resolve("ajp.sock").toString(),
                PACKET_BYTES, directory.toString(), directory.toString(), directory.resolve("owners").toString(),
                directory.toString(), directory.toString()), out);
            case Ask.ListVirtualHosts(long seen, int connector) when seen == 0 -> {
                Frames.send(new Answer.Listed(new VirtualHost(NAME, Optional.of(token), "/srv",
                    List.of(new Route.Application("/app", "/srv/app.psgi")), true, PoolSettings.DEFAULT, 0,
                    Optional.empty())), out);
                Frames.send(new Answer.EndOfList(1), out);
            }
            // until the connector ends
            case Ask.ListVirtualHosts unchanged -> in.read();
            case Ask.ListGenerations() -> {
                Frames.send(new Answer.Running(launched, 0), out);
                Frames.send(new Answer.EndOfGenerations(false), out);
            }
            case Ask.Launch launch -> Frames.send(launched, out);
            case Ask.Stop stop -> Frames.send(new Answer.Stopped(), out);
            case Ask.Kill kill -> Frames.send(new Answer.Killed(true), out);
            case Ask.TellCpuTime ask -> Frames.send(new Answer.CpuTimeTold(0), out);
            case Ask.TellPrivateMemory ask -> Frames.send(new Answer.PrivateMemoryTold(Collections.nCopies(ask.interpreters().size(), 0L)), out);
            case Ask.TellQuota ask -> Frames.send(new Answer.QuotaTold(""), out);
            case Ask.RotateLog rotate -> Frames.send(new Answer.Noted(), out);
            case Ask.Retired retired -> Frames.send(new Answer.Noted(), out);
            case Ask.TellLimits ask -> Frames.send(new Answer.LimitsTold(""), out);
            case Ask.AwaitCredential ask -> Frames.send(new Answer.CredentialAwaited(""), out);
            case Ask.ReportReload report -> Frames.send(new Answer.Noted(), out);
        }
    }

    /** The interpreter: the first request is hello, and every other one gets a page. */
    private static void interpret(InputStream in, OutputStream out) throws IOException {
        awaitRequest(in);
        respond(out, "Status: 200\r\nWarren-Pid: 1\r\n\r\n");
        while (true) {
            awaitRequest(in);
            respond(out, "Content-Type: text/plain\r\nSet-Cookie: a=b\r\n\r\nhello\n");
        }
    }

    private static void awaitRequest(InputStream in) throws IOException {
        int matched = 0;
        while (matched < END_OF_REQUEST.length) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            matched = next == END_OF_REQUEST[matched] ? matched + 1 : next == END_OF_REQUEST[0] ? 1 : 0;
        }
    }

    /** FastCGI records: version, type, u16 request, u16 length, padding, reserved, content. */
    private static void respond(OutputStream stream, String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {1, FASTCGI_OUTPUT, 0, 1, 0, (byte) content.length, 0, 0});
        bytes.writeBytes(content);
        bytes.writeBytes(new byte[] {1, FASTCGI_END, 0, 1, 0, 8, 0, 0});
        bytes.writeBytes(new byte[8]);
        stream.write(bytes.toByteArray());
    }

    /** httpd: a request that claims to be for this virtual host; returns the status of its response. */
    private int ask(String claim) throws IOException {
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("ajp.sock")))) {
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(connection));
            send(out, request(claim));
            DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
            int status = 0;
            for (int type = 0; type != AJP_END;) {
                in.readShort();
                byte[] packet = new byte[in.readUnsignedShort()];
                in.readFully(packet);
                type = packet[0];
                status = type == AJP_HEAD ? (packet[1] & 0xff) << 8 | packet[2] & 0xff : status;
                if (type == AJP_MORE_BODY) {
                    // there is none
                    send(out, new byte[0]);
                }
            }
            return status;
        }
    }

    private static void send(DataOutputStream out, byte[] packet) throws IOException {
        out.writeShort(0x1234);
        out.writeShort(packet.length);
        out.write(packet);
        out.flush();
    }

    /** AJP 1.3, Forward Request. A text is a u16 length, its bytes and NUL. */
    private static byte[] request(String claim) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(AJP_FORWARD);
        out.writeByte(AJP_GET);
        for (String text : List.of("HTTP/1.1", "/app/hello", "127.0.0.1", "localhost", "localhost")) {
            text(out, text);
        }
        out.writeShort(80);
        out.writeBoolean(false);
        out.writeShort(2);
        for (String text : List.of("host", "localhost", "user-agent", "rehearsal")) {
            text(out, text);
        }
        out.writeByte(0x0c);
        text(out, SECRET);
        out.writeByte(0x0a);
        text(out, "WARREN_VHOST");
        text(out, claim);
        out.writeByte(0xff);
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeShort(text.length());
        out.writeBytes(text);
        out.writeByte(0);
    }
}
