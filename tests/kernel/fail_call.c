// SPDX-License-Identifier: BSD-2-Clause
// Preloaded into a command: FAIL_CALL="NAME N ERRNO" makes the N-th call of a function fail, and
// the file named by FAIL_MARK tells that it came so far.
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fails(const char *name) {
  static int calls;
  char wanted[64] = "";
  int number = 0;
  int error = 0;
  const char *order = getenv("FAIL_CALL");
  if (order == NULL || sscanf(order, "%63s %d %d", wanted, &number, &error) != 3 ||
      strcmp(name, wanted) != 0 || ++calls != number) {
    return false;
  }
  close(open(getenv("FAIL_MARK"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  errno = error;
  return true;
}

#define FAILING(function, parameters, arguments)                                                   \
  int function parameters {                                                                        \
    int(*real) parameters = NULL;                                                                  \
    *(void **)&real = dlsym(RTLD_NEXT, #function);                                                 \
    return fails(#function) ? -1 : real arguments;                                                 \
  }

FAILING(mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(rename, (const char *from, const char *to), (from, to))
FAILING(fchownat, (int directory, const char *path, uid_t owner, gid_t group, int flags),
        (directory, path, owner, group, flags))
FAILING(chmod, (const char *path, mode_t mode), (path, mode))
FAILING(socket, (int domain, int type, int protocol), (domain, type, protocol))
FAILING(bpf_obj_pin, (int fd, const char *path), (fd, path))
FAILING(bpf_map_freeze, (int fd), (fd))
FAILING(bpf_map_update_elem, (int fd, const void *key, const void *value, __u64 flags),
        (fd, key, value, flags))
FAILING(bpf_xdp_attach, (int ifindex, int fd, __u32 flags, const struct bpf_xdp_attach_opts *opts),
        (ifindex, fd, flags, opts))
