package warren.launcher.command;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import warren.launcher.control.ControlAnswer;
import warren.launcher.control.ControlMessages;

/**
 * Goes through the commands without a launcher, once, when Warren is built: the class-data archive that is made of it
 * lets an administrator's command start in half the time. Nothing is changed anywhere and nothing is printed.
 */
final class CommandRehearsal {
    private CommandRehearsal() { }

    /** @param arguments httpd's main configuration file to read, and a directory in which no launcher runs */
    public static void main(String[] arguments) throws IOException {
        PrintStream output = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(System.out);
        run("configtest", "-f", arguments[0]);
        run("reload", "vhost", "--runtime", arguments[1]);
        InputStream answer = new ByteArrayInputStream(ControlMessages.JSON.writeValueAsBytes(
            new ControlAnswer(true, List.of("a line"), Optional.empty())));
        RuntimeOption.print(ControlMessages.JSON.readValue(answer, ControlAnswer.class).lines());
        System.setOut(output);
    }

    private static void run(String... words) {
        WarrenCommand.commandLine(words).execute(words);
    }
}
