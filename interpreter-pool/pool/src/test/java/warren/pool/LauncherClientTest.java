package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

final class LauncherClientTest {
    @TempDir
    private Path directory;

    @Test
    void asksAllThatTheContractHas() throws Exception {
        VirtualHost host = Stage.host(Stage.settings(3), 4, Optional.empty());
        try (FakeLauncher launcher = new FakeLauncher(directory,
                (generation, socket) -> new FakeParent(socket, Stage.HELLO, Stage.OK))) {
            launcher.listed = List.of(host);
            LauncherClient client = new LauncherClient(launcher.socket());
            assertEquals("/ajp", client.configure().ajpSocket());
            assertEquals(new LauncherClient.Told.Listed(new VirtualHostList(8, List.of(host))), client.list(new VirtualHostList(7, List.of())));
            GenerationId generation = client.launch(Stage.ALICE, false).generation();
            assertEquals(new GenerationId(Stage.ALICE, 1), generation);
            assertFalse(client.kill(generation, 999_999, false));
            client.reportReload(Stage.ALICE, 4, "");
            assertEquals(4, launcher.reports.getFirst().reloads());
            client.stop(generation, false);
            assertEquals(List.of(generation), launcher.stopped);
            launcher.refusal = Optional.of("try later");
            String refused = assertThrows(LaunchRefusal.class, () -> client.launch(Stage.ALICE, false)).getMessage();
            assertEquals("vhost=alice step=set user call=setuid errno=EAGAIN: try later", refused);
        }
    }

    @Test
    void keepsWhatHasNotChanged() {
        VirtualHost alice = Stage.host(Stage.settings(3), 4, Optional.empty());
        VirtualHost later = Stage.host(Stage.settings(3), 5, Optional.empty());
        VirtualHost bob = new VirtualHost(new VirtualHostName("bob"), Optional.empty(), "/", List.of(), false,
            Stage.settings(1), 0, Optional.empty());
        VirtualHostList before = new VirtualHostList(7, List.of(alice, bob));
        VirtualHostList after = before.changed(8, List.of(later), Set.of());
        assertEquals(new VirtualHostList(8, List.of(later, bob)), after);
        assertSame(bob, after.virtualHosts().get(1));
        assertEquals(new VirtualHostList(9, List.of(later)), after.changed(9, List.of(), Set.of(bob.name())));
    }

    @Test
    void takesNothingThatIsNotTheContract() throws Exception {
        for (byte[] answer : List.of(new byte[0], new byte[] {0, 0}, new byte[] {127, 0, 0, 0, 1}, new byte[] {0, 0, 0, 1, 99},
                new byte[] {0, 0, 0, 1, 6})) {
            Path socket = directory.resolve("hostile-" + answer.length + "-" + System.nanoTime());
            try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(socket));
                Thread peer = Thread.ofPlatform().start(() -> {
                    try (SocketChannel channel = listener.accept()) {
                        channel.read(ByteBuffer.allocate(64));
                        channel.write(ByteBuffer.wrap(answer));
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertThrows(IOException.class, () -> new LauncherClient(socket).configure());
                peer.join();
            }
        }
        assertThrows(IOException.class, () -> new LauncherClient(directory.resolve("nobody")).configure());
    }
}
