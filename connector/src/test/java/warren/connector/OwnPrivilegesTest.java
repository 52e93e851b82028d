package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPrivilegesTest {
    private static final String NONE = "0000000000000000";
    @TempDir
    private Path directory;

    private Path status(String uids, String permitted, String effective) throws IOException {
        return Files.writeString(directory.resolve("status"), "Name:\tjava\nUid:\t" + uids + "\nGid:\t5\t5\t5\t5\nCapInh:\t"
            + NONE + "\nCapPrm:\t" + permitted + "\nCapEff:\t" + effective + "\n");
    }

    @Test
    void areRefusedInAnyOfTheFourUids() throws IOException {
        for (String uids : new String[] {"0\t5\t5\t5", "5\t0\t5\t5", "5\t5\t0\t5", "5\t5\t5\t0"}) {
            assertTrue(OwnPrivileges.objection(status(uids, NONE, NONE)).orElseThrow().contains("root"), uids);
        }
    }

    @Test
    void areRefusedAsCapabilities() throws IOException {
        String one = "0000000000000400";
        assertTrue(OwnPrivileges.objection(status("5\t5\t5\t5", one, NONE)).isPresent());
        assertTrue(OwnPrivileges.objection(status("5\t5\t5\t5", NONE, one)).isPresent());
    }

    @Test
    void areNoneForAnOrdinaryUser() throws IOException {
        assertTrue(OwnPrivileges.objection(status("60123\t60123\t60123\t60123", NONE, NONE)).isEmpty());
    }

    @Test
    void areNotGuessedWhereTheKernelSaysNothing() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty"));
        assertThrows(IOException.class, () -> OwnPrivileges.objection(empty));
    }

    @Test
    void ofRootEndTheProgram() throws Exception {
        Process root = new ProcessBuilder(RealConnector.javaProgram(), "-cp", System.getProperty("java.class.path"),
            "warren.connector.ConnectorMain", "/nowhere").redirectErrorStream(true).start();
        String said = new String(root.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(77, root.waitFor(), said);
        assertTrue(said.contains("does not run as root"), said);
    }
}
