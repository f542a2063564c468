// SPDX-License-Identifier: BSD-2-Clause
// Preloaded: from the FAIL_MEMORY-th request for memory on there is none, but what a large block
// that is freed gives back; or, with ONCE in the environment, for that request alone. The file
// named by FAIL_MARK tells that it came so far.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

enum { kLarge = 100000 };

static size_t given_back;

static bool fails(size_t size) {
  static long first;
  static long calls;
  if (first == 0) {
    first = atol(getenv("FAIL_MEMORY"));
  }
  if (++calls == first) {
    close(open(getenv("FAIL_MARK"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  }
  const bool once = getenv("ONCE") != NULL;
  if (once ? calls != first : calls < first) {
    return false;
  }
  if (!once && size <= given_back) {
    given_back -= size;
    return false;
  }
  errno = ENOMEM;
  return true;
}

void *malloc(size_t size) { return fails(size) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) {
  return fails(count * size) ? NULL : __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
  return fails(size) ? NULL : __libc_realloc(memory, size);
}
void free(void *memory) {
  const size_t size = malloc_usable_size(memory);
  given_back += size >= kLarge ? size : 0;
  __libc_free(memory);
}
