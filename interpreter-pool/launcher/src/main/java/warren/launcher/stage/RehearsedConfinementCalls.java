package warren.launcher.stage;

import warren.launcher.system.ConfinementCalls;
import warren.launcher.system.SystemCallFailed;

/** {@link RehearsedCalls} for those that deny. */
final class RehearsedConfinementCalls implements ConfinementCalls {
    /** Any that knows ports. */
    private static final int VERSION = 4;
    private static final int FILTER_BYTES = 4096;
    private final ConfinementCalls calls;

    RehearsedConfinementCalls(ConfinementCalls calls) {
        this.calls = calls;
    }

    @Override
    public int landlockVersion() {
        calls.landlockVersion();
        return VERSION;
    }

    @Override
    public int createRuleset(long files, long ports, long scopes) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.createRuleset(-1L, ports, scopes));
        return RehearsedCalls.NO_DESCRIPTOR;
    }

    @Override
    public void allowBeneath(int ruleset, int path, long access) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.allowBeneath(ruleset, path, access));
    }

    @Override
    public void allowPort(int ruleset, int port, long access) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.allowPort(ruleset, port, access));
    }

    @Override
    public void restrictSelf(int ruleset) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.restrictSelf(ruleset));
    }

    @Override
    public boolean canMakeDevice(String path) {
        return calls.canMakeDevice("/warren-rehearsal/there-is-no-such-directory/device");
    }

    /** Instructions without a last one that returns are no filter. As many as in a real one: for large memory JNR has other classes. */
    @Override
    public void filterSystemCalls(byte[] program) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.filterSystemCalls(new byte[FILTER_BYTES]));
    }
}
