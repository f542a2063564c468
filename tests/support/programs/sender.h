/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SENDER_H
#define SENDER_H

/* Words of eight bytes at a frame's start that the sender writes; the smallest frame holds them. */
#define SENDER_HEAD_WORDS 7

#endif
