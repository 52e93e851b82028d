/**
 * The cgroups of what the launcher starts: how its processes are found, counted, limited and ended
 * ({@code cgroups(7)}; the kernel's admin-guide/cgroup-v2 and admin-guide/cgroup-v1). Files are read and written, and no
 * system call is made otherwise.
 */
package warren.launcher.cgroup;
