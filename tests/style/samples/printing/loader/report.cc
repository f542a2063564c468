// SPDX-License-Identifier: BSD-2-Clause
// This is the file that prints.
void report(const char *name) { std::cerr << name << '\n'; }
