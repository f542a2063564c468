/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GOOD_H
#define GOOD_H

#include <linux/types.h>

struct good {
  __u32 counted;
};

#endif /* GOOD_H */
