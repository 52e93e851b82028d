/**
 * The launch stage: a process started ahead of time that applies one launch plan to itself, switches UID and GID,
 * proves that it cannot go back, and executes the interpreter. {@link warren.launcher.stage.Launch} is the launch, top
 * to bottom. No code of an owner's runs here.
 */
package warren.launcher.stage;
