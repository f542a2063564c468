/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever includes it has to include the types first. */
#ifndef BAD_ALONE_H
#define BAD_ALONE_H

struct bad_alone {
  __u32 counted;
};

#endif /* BAD_ALONE_H */
