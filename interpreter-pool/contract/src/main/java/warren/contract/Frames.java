package warren.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks and answers as bytes. A frame is
 * <pre>
 *   u32  length of what follows, 1 to {@value #MAX_BYTES}
 *   u8   type
 *        fields: a number is an i64, a text an i64 length and as many bytes of UTF-8, a duration its milliseconds
 * </pre>
 * all big-endian. Reading checks every field against the contract and throws {@link MalformedFrame}.
 */
public final class Frames {
    /** The longest frame, in bytes after the length. */
    public static final int MAX_BYTES = 64 * 1024;
    /** In place of a UID. */
    private static final long NOBODY = -1;
    private static final int MAX_ROUTES = 256;

    private Frames() { }

    public static void send(Ask ask, OutputStream stream) throws IOException {
        switch (ask) {
            case Ask.Configure() -> new FrameWriter(1).sendTo(stream);
            case Ask.ListVirtualHosts(long seen, int connector) -> new FrameWriter(2).number(seen).number(connector).sendTo(stream);
            case Ask.Launch(VirtualHostName name, boolean afterFailures) -> new FrameWriter(3).text(name.value()).flag(afterFailures).sendTo(stream);
            case Ask.Stop(GenerationId generation, boolean tellWhere) ->
                generation(new FrameWriter(4), generation).flag(tellWhere).sendTo(stream);
            case Ask.Kill(GenerationId generation, int pid, boolean tellWhere) ->
                generation(new FrameWriter(5), generation).number(pid).flag(tellWhere).sendTo(stream);
            case Ask.ReportReload(VirtualHostName name, long reloads, String failure) ->
                new FrameWriter(6).text(name.value()).number(reloads).text(failure).sendTo(stream);
            case Ask.ListGenerations() -> new FrameWriter(7).sendTo(stream);
            case Ask.RotateLog(VirtualHostName name) -> new FrameWriter(8).text(name.value()).sendTo(stream);
            case Ask.TellCpuTime(GenerationId generation, int pid) ->
                generation(new FrameWriter(11), generation).number(pid).sendTo(stream);
            case Ask.TellPrivateMemory(List<Ask.ToWeigh> interpreters) -> toWeigh(new FrameWriter(10), interpreters).sendTo(stream);
            case Ask.TellQuota(GenerationId generation) -> generation(new FrameWriter(9), generation).sendTo(stream);
            case Ask.Retired(int connector) -> new FrameWriter(12).number(connector).sendTo(stream);
            case Ask.TellLimits(VirtualHostName name) -> new FrameWriter(13).text(name.value()).sendTo(stream);
            case Ask.AwaitCredential(VirtualHostName name, String credential) ->
                new FrameWriter(14).text(name.value()).text(credential).sendTo(stream);
        }
    }

    public static Ask receiveAsk(InputStream stream) throws IOException {
        FrameReader in = FrameReader.receive(stream);
        int type = in.type();
        Ask ask = switch (type) {
            case 1 -> new Ask.Configure();
            case 2 -> new Ask.ListVirtualHosts(in.number(), in.number(1, Integer.MAX_VALUE));
            case 3 -> new Ask.Launch(in.name(), in.flag());
            case 4 -> new Ask.Stop(generation(in), in.flag());
            case 5 -> new Ask.Kill(generation(in), in.number(1, Integer.MAX_VALUE), in.flag());
            case 6 -> new Ask.ReportReload(in.name(), in.number(), in.text());
            case 7 -> new Ask.ListGenerations();
            case 8 -> new Ask.RotateLog(in.name());
            case 9 -> new Ask.TellQuota(generation(in));
            case 10 -> new Ask.TellPrivateMemory(toWeigh(in));
            case 11 -> new Ask.TellCpuTime(generation(in), in.number(1, Integer.MAX_VALUE));
            case 12 -> new Ask.Retired(in.number(1, Integer.MAX_VALUE));
            case 13 -> new Ask.TellLimits(in.name());
            case 14 -> new Ask.AwaitCredential(in.name(), in.text());
            default -> throw new MalformedFrame("an ask of type " + type + ", expected 1 to 14");
        };
        in.end();
        return ask;
    }

    public static void send(Answer answer, OutputStream stream) throws IOException {
        switch (answer) {
            case Answer.Configured c -> new FrameWriter(1).text(c.ajpSecret()).text(c.ajpSocket())
                .number(c.ajpPacketBytes()).text(c.workDirectory()).text(c.logDirectory()).text(c.ownersLogDirectory())
                .text(c.spoolDirectory()).text(c.ownersDirectory()).sendTo(stream);
            case Answer.Listed(VirtualHost host) -> virtualHost(new FrameWriter(2), host).sendTo(stream);
            case Answer.EndOfList(long revision) -> new FrameWriter(3).number(revision).sendTo(stream);
            case Answer.Launched l -> launched(new FrameWriter(4), l).sendTo(stream);
            case Answer.LaunchFailed f -> new FrameWriter(5).text(f.virtualHost().value()).text(f.step())
                .text(f.call()).text(f.errno().orElse("")).text(f.hint()).sendTo(stream);
            case Answer.Stopped() -> new FrameWriter(6).sendTo(stream);
            case Answer.Killed(boolean found) -> new FrameWriter(7).flag(found).sendTo(stream);
            case Answer.Noted() -> new FrameWriter(8).sendTo(stream);
            case Answer.Running r -> launched(new FrameWriter(9), r.launched()).number(r.reloads()).sendTo(stream);
            case Answer.EndOfGenerations(boolean shared) -> new FrameWriter(10).flag(shared).sendTo(stream);
            case Answer.Unlisted(VirtualHostName name) -> new FrameWriter(11).text(name.value()).sendTo(stream);
            case Answer.EndOfChanges(long revision) -> new FrameWriter(12).number(revision).sendTo(stream);
            case Answer.PrivateMemoryTold(List<Long> bytes) -> numbers(new FrameWriter(14), bytes).sendTo(stream);
            case Answer.CpuTimeTold(long millis) -> new FrameWriter(15).number(millis).sendTo(stream);
            case Answer.QuotaTold(String reached) -> new FrameWriter(13).text(reached).sendTo(stream);
            case Answer.Retire() -> new FrameWriter(16).sendTo(stream);
            case Answer.CompareGenerations() -> new FrameWriter(17).sendTo(stream);
            case Answer.LimitsTold(String text) -> new FrameWriter(18).text(text).sendTo(stream);
            case Answer.CredentialAwaited(String refusal) -> new FrameWriter(19).text(refusal).sendTo(stream);
        }
    }

    public static Answer receiveAnswer(InputStream stream) throws IOException {
        FrameReader in = FrameReader.receive(stream);
        int type = in.type();
        Answer answer = switch (type) {
            case 1 -> new Answer.Configured(in.text(), in.text(), in.number(8192, 65536), in.text(), in.text(), in.text(),
                in.text(), in.text());
            case 2 -> new Answer.Listed(virtualHost(in));
            case 3 -> new Answer.EndOfList(in.number());
            case 4 -> launched(in);
            case 5 -> new Answer.LaunchFailed(in.name(), in.text(), in.text(), optional(in.text()), in.text());
            case 6 -> new Answer.Stopped();
            case 7 -> new Answer.Killed(in.flag());
            case 8 -> new Answer.Noted();
            case 9 -> new Answer.Running(launched(in), in.number());
            case 10 -> new Answer.EndOfGenerations(in.flag());
            case 11 -> new Answer.Unlisted(in.name());
            case 12 -> new Answer.EndOfChanges(in.number());
            case 13 -> new Answer.QuotaTold(in.text());
            case 14 -> new Answer.PrivateMemoryTold(numbers(in));
            case 15 -> new Answer.CpuTimeTold(in.number());
            case 16 -> new Answer.Retire();
            case 17 -> new Answer.CompareGenerations();
            case 18 -> new Answer.LimitsTold(in.text());
            case 19 -> new Answer.CredentialAwaited(in.text());
            default -> throw new MalformedFrame("an answer of type " + type + ", expected 1 to 19");
        };
        in.end();
        return answer;
    }

    private static FrameWriter generation(FrameWriter out, GenerationId generation) {
        return out.text(generation.virtualHost().value()).number(generation.number());
    }

    private static GenerationId generation(FrameReader in) throws MalformedFrame {
        return new GenerationId(in.name(), in.number(1, Integer.MAX_VALUE));
    }

    private static FrameWriter toWeigh(FrameWriter out, List<Ask.ToWeigh> interpreters) {
        out.number(interpreters.size());
        interpreters.forEach(one -> generation(out, one.interpreter().generation()).number(one.interpreter().pid()).number(one.exactAbove()));
        return out;
    }

    private static List<Ask.ToWeigh> toWeigh(FrameReader in) throws MalformedFrame {
        int count = in.number(0, Ask.TellPrivateMemory.MOST_WEIGHED);
        List<Ask.ToWeigh> interpreters = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            interpreters.add(new Ask.ToWeigh(new InterpreterId(generation(in), in.number(1, Integer.MAX_VALUE)), in.number()));
        }
        return interpreters;
    }

    private static FrameWriter numbers(FrameWriter out, List<Long> numbers) {
        out.number(numbers.size());
        numbers.forEach(out::number);
        return out;
    }

    private static List<Long> numbers(FrameReader in) throws MalformedFrame {
        int count = in.number(0, MAX_BYTES / Long.BYTES);
        List<Long> numbers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            numbers.add(in.number());
        }
        return numbers;
    }

    private static FrameWriter launched(FrameWriter out, Answer.Launched launched) {
        return generation(out, launched.generation()).text(launched.socket()).text(launched.log());
    }

    private static Answer.Launched launched(FrameReader in) throws MalformedFrame {
        return new Answer.Launched(generation(in), in.text(), in.text());
    }

    private static FrameWriter virtualHost(FrameWriter out, VirtualHost host) {
        out.text(host.name().value()).text(host.token().map(Token::reveal).orElse("")).text(host.documentRoot());
        out.number(host.routes().size());
        for (Route route : host.routes()) {
            switch (route) {
                case Route.Application(String path, String file) -> out.number(1).text(path).text(file);
                case Route.Service(String path, VirtualHostName service) ->
                    out.number(2).text(path).text(service.value());
                case Route.Applications(String path, String directory) -> out.number(3).text(path).text(directory);
            }
        }
        return pool(out.flag(host.handlesFiles()), host.pool())
            .number(host.logRotation().bytes()).number(host.logRotation().kept())
            .number(host.reloads()).text(host.quarantine().orElse(""))
            .text(host.healthCheck().map(HealthCheck::path).orElse("")).number(host.healthCheck().map(HealthCheck::status).orElse(0))
            .number(host.ownerUid().orElse(NOBODY));
    }

    private static VirtualHost virtualHost(FrameReader in) throws MalformedFrame {
        try {
            return new VirtualHost(in.name(), optional(in.text()).map(Token::new), in.text(), routes(in), in.flag(),
                pool(in), new LogRotation(in.number(), count(in)), in.number(), optional(in.text()),
                healthCheck(in), ownerUid(in));
        } catch (IllegalArgumentException e) {
            throw new MalformedFrame(e.getMessage());
        }
    }

    private static Optional<HealthCheck> healthCheck(FrameReader in) throws MalformedFrame {
        String path = in.text();
        int status = in.number(0, Integer.MAX_VALUE);
        return path.isEmpty() ? Optional.empty() : Optional.of(new HealthCheck(path, status));
    }

    private static OptionalLong ownerUid(FrameReader in) throws MalformedFrame {
        long uid = in.number();
        return uid == NOBODY ? OptionalLong.empty() : OptionalLong.of(uid);
    }

    private static FrameWriter pool(FrameWriter out, PoolSettings pool) {
        Deadlines deadlines = pool.deadlines();
        return out.number(pool.start()).number(pool.max()).number(pool.minSpare()).number(pool.maxSpare())
            .number(pool.maxRequests()).number(pool.inFlight()).number(pool.queueLength())
            .duration(deadlines.launch()).duration(deadlines.queue()).duration(deadlines.firstByte())
            .duration(deadlines.responseIdle()).duration(deadlines.request()).duration(deadlines.write())
            .duration(deadlines.idle()).duration(deadlines.drain()).duration(deadlines.cpu())
            .number(pool.spool().requestBodyBytes()).number(pool.spool().responseBytes()).number(pool.spool().allBytes())
            .number(pool.rate().perSecond()).number(pool.rate().burst())
            .duration(pool.recycling().age()).number(pool.recycling().privateBytes());
    }

    private static PoolSettings pool(FrameReader in) throws MalformedFrame {
        return new PoolSettings(count(in), count(in), count(in), count(in), count(in), count(in), count(in),
            new Deadlines(in.duration(), in.duration(), in.duration(), in.duration(), in.duration(), in.duration(),
                in.duration(), in.duration(), in.duration()),
            new SpoolLimits(in.number(), in.number(), in.number()), new RequestRate(count(in), count(in)),
            new Recycling(in.duration(), in.number()));
    }

    private static List<Route> routes(FrameReader in) throws MalformedFrame {
        int count = in.number(0, MAX_ROUTES);
        List<Route> routes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            routes.add(switch (in.number(1, 3)) {
                case 1 -> new Route.Application(in.text(), in.text());
                case 2 -> new Route.Service(in.text(), in.name());
                default -> new Route.Applications(in.text(), in.text());
            });
        }
        return routes;
    }

    private static int count(FrameReader in) throws MalformedFrame {
        return in.number(0, Integer.MAX_VALUE);
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
