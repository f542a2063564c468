/* SPDX-License-Identifier: BSD-2-Clause */
/* The field's name is a word of C++. */
#ifndef BAD_CPLUSPLUS_H
#define BAD_CPLUSPLUS_H

struct bad_cplusplus {
  unsigned class;
};

#endif /* BAD_CPLUSPLUS_H */
