// SPDX-License-Identifier: BSD-2-Clause
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/support/counter.h"
#include "tests/support/files.h"
#include "tests/support/process.h"

extern "C" const char *header_reader_names(void);

namespace xdpstats::test {
namespace {

TEST(Header, GivesReadersInCTheNames) {
  EXPECT_STREQ(header_reader_names(), "xdp_stats_map xdp_stats_info");
}

struct Option {
  const char *name;
  bpf_map_type type;
  bool kfunc; ///< whether the object asks the kernel for bpf_cast_to_kern_ctx
};

void PrintTo(const Option &test, std::ostream *out) { *out << test.name; }

class HeaderOption : public testing::TestWithParam<Option> {};

TEST_P(HeaderOption, MakesAProgramAndTheMap) {
  const ObjectPtr object =
      open_object(HEADER_OBJECTS "/header_" + std::string(GetParam().name) + ".bpf.o");
  const bpf_program *program = bpf_object__find_program_by_name(object.get(), "my_prog");
  ASSERT_NE(program, nullptr);
  EXPECT_STREQ(bpf_program__section_name(program), "xdp.frags");

  const bpf_map *map = bpf_object__find_map_by_name(object.get(), XDP_STATS_MAP_NAME);
  ASSERT_NE(map, nullptr);
  EXPECT_EQ(bpf_map__type(map), GetParam().type);
  EXPECT_EQ(bpf_map__key_size(map), 4U);
  EXPECT_EQ(bpf_map__value_size(map), 16U);
  EXPECT_EQ(bpf_map__max_entries(map), 5U);
  EXPECT_NE(bpf_map__btf_value_type_id(map), 0U) << "bpftool could not name the fields";
  EXPECT_EQ(btf__find_by_name_kind(bpf_object__btf(object.get()), "bpf_cast_to_kern_ctx",
                                   BTF_KIND_FUNC) > 0,
            GetParam().kfunc);
}

INSTANTIATE_TEST_SUITE_P(Each, HeaderOption,
                         testing::Values(Option{"default", BPF_MAP_TYPE_PERCPU_ARRAY, false},
                                         Option{"shared", BPF_MAP_TYPE_ARRAY, false},
                                         Option{"fast", BPF_MAP_TYPE_PERCPU_ARRAY, true},
                                         Option{"linear", BPF_MAP_TYPE_PERCPU_ARRAY, false},
                                         Option{"shared_fast", BPF_MAP_TYPE_ARRAY, true},
                                         Option{"shared_linear", BPF_MAP_TYPE_ARRAY, false}),
                         [](const auto &test) { return test.param.name; });

class HeaderAlone : public testing::TestWithParam<const char *> {
protected:
  // Compiles `program` in a directory that holds the header and nothing else of ours.
  void compile(const std::string &program, const std::vector<std::string> &more = {}) {
    std::filesystem::copy(HEADER_DIR "/xdp_stats.bpf.h", scratch_.path());
    std::ofstream(scratch_.path() / "own.bpf.c") << program;
    std::vector<std::string> command = {HEADER_CLANG, "-target",
                                        "bpf",        "-O2",
                                        "-g",         "-Wall",
                                        "-Wextra",    "-Werror",
                                        "-c",         scratch_.path() / "own.bpf.c",
                                        "-o",         scratch_.path() / "own.bpf.o",
                                        GetParam()};
    command.insert(command.end(), more.begin(), more.end());
    const Finished finished = run(command);
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
  }

  static constexpr char kProgram[] = R"(
#include <bpf/bpf_helpers.h>
#include "xdp_stats.bpf.h"
SEC("xdp") int own(struct xdp_md *ctx) { return xdp_stats_count(ctx, XDP_TX); }
char LICENSE[] SEC("license") = "GPL";
)";

  ScratchDirectory scratch_;
};

// The multiarch directory, which clang does not search for target bpf.
std::vector<std::string> system_includes() {
  return {"-idirafter", "/usr/include/" + run_or_throw({"gcc", "-print-multiarch"})};
}

TEST_P(HeaderAlone, CompilesWithTheKernelsPublicHeaders) {
  auto includes = system_includes();
  includes.back().pop_back(); // the newline
  compile(std::string("#include <linux/bpf.h>") + kProgram, includes);
}

TEST_P(HeaderAlone, CompilesWithVmlinuxH) {
  constexpr char kKernelTypes[] = "/sys/kernel/btf/vmlinux";
  if (!std::filesystem::exists(kKernelTypes)) {
    GTEST_SKIP() << "this kernel has no " << kKernelTypes;
  }
  std::ofstream(scratch_.path() / "vmlinux.h")
      << run_or_throw({HEADER_BPFTOOL, "btf", "dump", "file", kKernelTypes, "format", "c"});
  compile(std::string("#include \"vmlinux.h\"") + kProgram);
}

INSTANTIATE_TEST_SUITE_P(Each, HeaderAlone,
                         testing::Values("-DNO_OPTION", "-DXDP_STATS_SHARED_MAP",
                                         "-DXDP_STATS_FAST_LENGTH", "-DXDP_STATS_LINEAR_LENGTH"),
                         [](const auto &test) { return std::string(test.param).substr(2); });

} // namespace
} // namespace xdpstats::test
