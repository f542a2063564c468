// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "base/text.h"
#include "console/options.h" // bad
#include "display/grid.h"
#include "formats/snapshot.h"
