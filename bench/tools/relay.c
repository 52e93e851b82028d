/*
 * relay SOCKET [BEHIND]: what a connector cannot cost less than. It takes each AJP request of one read(2) for whole,
 * parses nothing and answers always the same; with BEHIND it first sends what it has read to that socket and waits for
 * an answer. A thread a connection, four system calls a request.
 *
 * relay --echo SOCKET: stands in for the interpreters: answers each read(2) with 60 bytes.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* AJP13: SEND_HEADERS 200 "OK" with Content-Length 20 (A003), SEND_BODY_CHUNK of 20 bytes, END_RESPONSE with reuse. */
static const char ANSWER[] =
    "AB\0\021" "\004\0\310\0\002OK\0\0\001\240\003\0\00220\0"
    "AB\0\030" "\003\0\024hello from a relay.\n\0"
    "AB\0\002" "\005\001";
static const char *behind;
static int echo;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "%s is too long\n", path);
        exit(64);
    }
    strcpy(address.sun_path, path);
    return address;
}

static int dial(const char *path)
{
    struct sockaddr_un to = address(path);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&to, sizeof to) < 0)
        fail(path);
    return connection;
}

static void *serve(void *argument)
{
    int connection = (int)(long)argument;
    int interpreter = behind ? dial(behind) : -1;
    char bytes[65536];
    ssize_t count;
    while ((count = read(connection, bytes, sizeof bytes)) > 0) {
        if (interpreter >= 0 && (write(interpreter, bytes, count) < 0 || read(interpreter, bytes, sizeof bytes) <= 0))
            break;
        if (write(connection, echo ? bytes : ANSWER, echo ? 60 : sizeof ANSWER - 1) < 0)
            break;
    }
    close(connection);
    if (interpreter >= 0)
        close(interpreter);
    return NULL;
}

int main(int count, char **arguments)
{
    echo = count == 3 && strcmp(arguments[1], "--echo") == 0;
    if (count < 2 || count > 3) {
        fprintf(stderr, "usage: relay SOCKET [BEHIND] | relay --echo SOCKET\n");
        return 64;
    }
    const char *path = arguments[echo ? 2 : 1];
    behind = count == 3 && !echo ? arguments[2] : NULL;
    struct sockaddr_un here = address(path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || chmod(path, 0666) < 0
            || listen(listener, 512) < 0)
        fail(path);
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        pthread_t thread;
        if (connection < 0 || pthread_create(&thread, NULL, serve, (void *)(long)connection) != 0)
            fail("a connection");
        pthread_detach(thread);
    }
}
