// SPDX-License-Identifier: BSD-2-Clause, and a room that nobody knows: bad
#pragma once
