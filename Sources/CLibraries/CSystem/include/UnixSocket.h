#ifndef CSYSTEM_UNIX_SOCKET_H
#define CSYSTEM_UNIX_SOCKET_H

// Listens on a Unix socket at this path, for the same user only. What is at the path is removed first: the caller makes sure
// that nobody listens there. Returns a descriptor, or -errno.
int csystem_unix_listen(const char *path);

// Connects to a Unix socket. Returns a descriptor, or -errno: ENOENT or ECONNREFUSED where nobody listens.
int csystem_unix_connect(const char *path);

#endif
