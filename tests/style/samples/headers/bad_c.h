/* SPDX-License-Identifier: BSD-2-Clause */
/* An array of no elements is no C. */
#ifndef BAD_C_H
#define BAD_C_H

struct bad_c {
  unsigned counted;
  unsigned more[0];
};

#endif /* BAD_C_H */
