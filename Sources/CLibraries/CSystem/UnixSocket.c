#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "UnixSocket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef int (*use_t)(int, const struct sockaddr *, socklen_t);

static int use(int descriptor, const struct sockaddr_un *address, use_t call) {
    return call(descriptor, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : -errno;
}

// An address holds some 100 bytes of path. On Linux a longer one is reached through the descriptor of its folder.
static int with_address(int descriptor, const char *path, use_t call) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) < sizeof(address.sun_path)) {
        memcpy(address.sun_path, path, strlen(path) + 1);
        return use(descriptor, &address, call);
    }
#if defined(__linux__)
    const char *slash = strrchr(path, '/');
    char folder[4096];
    if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(folder)) return -ENAMETOOLONG;
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = 0;
    int opened = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return -errno;
    int length = snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", opened, slash + 1);
    int result = length > 0 && (size_t)length < sizeof(address.sun_path) ? use(descriptor, &address, call) : -ENAMETOOLONG;
    close(opened);
    return result;
#else
    return -ENAMETOOLONG;
#endif
}

static int open_socket(void) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor < 0) return -errno;
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
        int reason = errno;
        close(descriptor);
        return -reason;
    }
    return descriptor;
}

int csystem_unix_listen(const char *path) {
    int descriptor = open_socket();
    if (descriptor < 0) return descriptor;
    unlink(path);
    int result = with_address(descriptor, path, bind);
    // Before it listens nobody can connect, whatever the file's mode was.
    if (result == 0 && (chmod(path, 0600) != 0 || listen(descriptor, 8) != 0)) result = -errno;
    if (result == 0) return descriptor;
    close(descriptor);
    return result;
}

int csystem_unix_connect(const char *path) {
    int descriptor = open_socket();
    if (descriptor < 0) return descriptor;
    int result = with_address(descriptor, path, connect);
    if (result == 0) return descriptor;
    close(descriptor);
    return result;
}
