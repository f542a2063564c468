// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/coverage_gap.h"

#include <algorithm>

#include "loader/system/program_info.h"

namespace xdpstats {
namespace {

// 0 if the program is gone.
uint64_t loaded_at(uint32_t id) {
  const auto program = program_by_id(id);
  return program ? program->loaded_at : 0;
}

} // namespace

void CoverageGap::cover(uint64_t at) { covered_at_ = std::max(covered_at_, at); }

void CoverageGap::announce(uint32_t program) {
  if (announced_ == 0) {
    announced_ = program;
  }
}

void CoverageGap::begin(uint32_t program) {
  if (!since_) {
    since_ = std::max(covered_at_, loaded_at(announced_ != 0 ? announced_ : program));
  }
}

void CoverageGap::resume(uint64_t at) { resumed_ = at; }

uint64_t CoverageGap::length(uint64_t now) const {
  const bool missed = since_ && (resumed_ || announced_ != 0);
  const uint64_t until = resumed_.value_or(now);
  return missed && until > *since_ ? until - *since_ : 0;
}

void CoverageGap::close(uint64_t now) {
  covered_at_ = resumed_.value_or(now);
  forget();
}

void CoverageGap::forget() {
  announced_ = 0;
  since_.reset();
  resumed_.reset();
}

} // namespace xdpstats
