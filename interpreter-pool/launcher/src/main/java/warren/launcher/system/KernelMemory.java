package warren.launcher.system;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** Arguments of system calls that are pointers. Whoever makes the call holds them until it has returned. */
final class KernelMemory {
    private KernelMemory() { }

    /** With a NUL at its end. */
    static Pointer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer pointer = Memory.allocateDirect(Libc.RUNTIME, bytes.length + 1, true);
        pointer.put(0, bytes, 0, bytes.length);
        return pointer;
    }

    static Pointer bytes(byte[] bytes) {
        Pointer pointer = Memory.allocateDirect(Libc.RUNTIME, bytes.length, true);
        pointer.put(0, bytes, 0, bytes.length);
        return pointer;
    }

    /** A structure of 64-bit fields. */
    static Pointer longs(long... values) {
        ByteBuffer fields = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
        for (long value : values) {
            fields.putLong(value);
        }
        return bytes(fields.array());
    }
}
