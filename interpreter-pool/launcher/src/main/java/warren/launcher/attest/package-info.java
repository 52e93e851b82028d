/**
 * Reading back from outside: what the kernel says of a process that was launched, beside what its plan says. No word of
 * the process's own is believed. {@link warren.launcher.attest.ReadBack} is the whole of it.
 */
package warren.launcher.attest;
