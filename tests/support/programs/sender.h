/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SENDER_H
#define SENDER_H

/* How many words of eight bytes the sender writes at the start of a frame; the smallest has them. */
#define SENDER_HEAD_WORDS 7

#endif
