package warren.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * What an owner may ask of the connector, on the socket for owners: one ask and one {@link OwnersAnswer} a connection, in the
 * frames of {@link Frames}. Who he is the kernel says, and never the ask.
 *
 * @param virtualHost one of his; empty for all of them, with {@link Verb#STATUS} only
 * @param withinSeconds how long it may take, 1 to 600
 * @param credential the name of one, with {@link Verb#GIVE_CREDENTIAL} only; its value never comes to the connector
 */
public record OwnersAsk(Verb verb, Optional<VirtualHostName> virtualHost, int withinSeconds, Optional<String> credential) {
    private static final int TYPE = 64;
    private static final int MOST_SECONDS = 600;

    /** What can be asked. */
    public enum Verb {
        /** What runs. */
        STATUS,
        /** A new generation in the place of the one that serves. */
        RELOAD,
        /** The end of what runs, after its requests; the next request launches it again. */
        STOP,
        /** The limits in force. */
        LIMITS,
        /** Has the launcher wait for the value of a credential, which the owner then gives it himself. */
        GIVE_CREDENTIAL
    }

    /** @throws IllegalArgumentException where it cannot be asked so */
    public OwnersAsk {
        if (withinSeconds < 1 || withinSeconds > MOST_SECONDS) {
            throw new IllegalArgumentException("within " + withinSeconds + " s, expected 1 to " + MOST_SECONDS);
        }
        if (virtualHost.isEmpty() && verb != Verb.STATUS) {
            throw new IllegalArgumentException(verb + " without a virtual host");
        }
        if (credential.isPresent() != (verb == Verb.GIVE_CREDENTIAL)) {
            throw new IllegalArgumentException(verb + (credential.isPresent() ? " with" : " without") + " a credential");
        }
    }

    /** One that names no credential. */
    public OwnersAsk(Verb verb, Optional<VirtualHostName> virtualHost, int withinSeconds) {
        this(verb, virtualHost, withinSeconds, Optional.empty());
    }

    public void sendTo(OutputStream stream) throws IOException {
        new FrameWriter(TYPE).number(verb.ordinal()).text(virtualHost.map(VirtualHostName::value).orElse("")).number(withinSeconds)
            .text(credential.orElse("")).sendTo(stream);
    }

    /** @throws MalformedFrame where it is anything else */
    public static OwnersAsk receive(InputStream stream) throws IOException {
        FrameReader in = FrameReader.receive(stream);
        if (in.type() != TYPE) {
            throw new MalformedFrame("no ask of an owner's");
        }
        Verb verb = Verb.values()[in.number(0, Verb.values().length - 1)];
        String name = in.text();
        int within = in.number(1, MOST_SECONDS);
        String credential = in.text();
        in.end();
        if (!name.isEmpty() && !VirtualHostName.isWellFormed(name)) {
            throw new MalformedFrame("a text that is no virtual host's name");
        }
        try {
            return new OwnersAsk(verb, Optional.of(name).filter(text -> !text.isEmpty()).map(VirtualHostName::new), within,
                Optional.of(credential).filter(text -> !text.isEmpty()));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame(e.getMessage());
        }
    }
}
