/**
 * The interpreters of each virtual host: launched on demand through the launcher, pooled, spoken to in FastCGI,
 * replaced when they die, misbehave or grow old. Unprivileged; knows neither Tomcat nor system calls.
 *
 * <p>{@link warren.pool.Pools} holds one {@link warren.pool.InterpreterPool} for each virtual host. Who serves a
 * request implements {@link warren.pool.Exchange}; every way in which it can fail that asks for a decision of its own
 * is one exception.
 */
package warren.pool;
