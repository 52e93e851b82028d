package warren.pool;

import java.util.Map;

/** The request that proves that an interpreter has loaded its code; only an empty 200 is right. */
final class Hello extends OwnRequest {
    private boolean answered;
    private boolean hadBody;

    Hello(Map<String, String> parameters) {
        super(parameters);
    }

    boolean isAnswered() {
        return answered && !hadBody;
    }

    @Override
    public void head(ResponseHead head) {
        answered = head.status() == 200;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        hadBody = true;
    }
}
