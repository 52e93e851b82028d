package warren.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What a launcher and its connector say of themselves on their sockets, without the start of a command. */
final class Accounts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Path runtime;

    Accounts(Path runtime) {
        this.runtime = runtime;
    }

    /** As {@code warren reload} asks; returns when it is done. */
    void reload(String owner) throws IOException {
        control("RELOAD", "\"" + nameOf(owner) + "\"");
    }

    /** The launcher's account of an owner's virtual host, as {@code warren status --json} has it. */
    JsonNode launched(String owner) throws IOException {
        return find(owner, control("STATUS", "null").path("status").path("virtualHosts"));
    }

    JsonNode connector() throws IOException {
        try (SocketChannel socket = connect("connector/status.sock")) {
            return JSON.readTree(Channels.newInputStream(socket));
        }
    }

    /** The pool of an owner's virtual host. */
    JsonNode pool(String owner) throws IOException {
        return find(owner, connector().path("pools"));
    }

    private static JsonNode find(String owner, JsonNode all) {
        for (JsonNode one : all) {
            if (one.path("name").asText().equals(nameOf(owner))) {
                return one;
            }
        }
        throw new AssertionError("nothing of " + owner + " in " + all);
    }

    private static String nameOf(String owner) {
        return owner + ".localhost";
    }

    private JsonNode control(String verb, String virtualHost) throws IOException {
        try (SocketChannel control = connect("control/control.sock")) {
            control.write(ByteBuffer.wrap(("{\"verb\":\"" + verb + "\",\"virtualHost\":" + virtualHost + ",\"withinSeconds\":60,\"session\":null}\n")
                .getBytes(StandardCharsets.UTF_8)));
            JsonNode answer = JSON.readTree(Channels.newInputStream(control));
            if (!answer.path("good").asBoolean()) {
                throw new AssertionError(answer.toString());
            }
            return answer;
        }
    }

    private SocketChannel connect(String socket) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(runtime.resolve(socket)));
    }

    /** Whether in this status, of both, the pools count the interpreters that are in the cgroups. */
    static boolean countsAreEqual(JsonNode status) {
        Map<String, Integer> inCgroups = new TreeMap<>();
        for (JsonNode host : status.path("launcher").path("virtualHosts")) {
            for (JsonNode generation : host.path("generations")) {
                // all but the parent interpreter
                inCgroups.merge(host.path("name").asText(), generation.path("pids").size() - 1, Integer::sum);
            }
        }
        Map<String, Integer> inPools = new TreeMap<>();
        for (JsonNode pool : status.path("connector").path("pools")) {
            if (!pool.path("generations").isEmpty()) {
                inPools.put(pool.path("name").asText(), pool.path("busy").asInt() + pool.path("idle").asInt());
            }
        }
        return inCgroups.equals(inPools);
    }
}
