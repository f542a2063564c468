// SPDX-License-Identifier: BSD-2-Clause
// The BPF objects that are embedded in the programs, examined without loading them.
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <memory>

#include "bpf/xdp_stats_info.h"
#include "maps.skel.h"
#include "tests/support/counter.h"

namespace xdpstats::test {
namespace {

void expect_map(const bpf_object *object, const char *name, bpf_map_type type, uint32_t value_size,
                uint32_t max_entries) {
  const bpf_map *map = bpf_object__find_map_by_name(object, name);
  ASSERT_NE(map, nullptr) << name;
  EXPECT_EQ(bpf_map__type(map), type) << name;
  EXPECT_EQ(bpf_map__key_size(map), 4U) << name;
  EXPECT_EQ(bpf_map__value_size(map), value_size) << name;
  EXPECT_EQ(bpf_map__max_entries(map), max_entries) << name;
  EXPECT_NE(bpf_map__btf_key_type_id(map), 0U) << name;
  const btf_type *value = btf__type_by_id(bpf_object__btf(object), bpf_map__btf_value_type_id(map));
  EXPECT_TRUE(btf_is_struct(value)) << name << ": bpftool could not name the fields";
}

size_t map_count(const bpf_object *object) {
  size_t count = 0;
  for (const bpf_map *map = bpf_object__next_map(object, nullptr); map != nullptr;
       map = bpf_object__next_map(object, map)) {
    ++count;
  }
  return count;
}

TEST(MapsSkeleton, HasAllMapsAndNoProgram) {
  const std::unique_ptr<maps, void (*)(maps *)> skeleton(maps__open(), maps__destroy);
  ASSERT_NE(skeleton, nullptr);
  expect_map(skeleton->obj, "xdp_stats_map", BPF_MAP_TYPE_PERCPU_ARRAY, 16, 5);
  expect_map(skeleton->obj, "xdp_stats_info", BPF_MAP_TYPE_ARRAY, sizeof(xdp_stats_info), 1);
  const bpf_map *losses = skeleton->maps.xdp_stats_losses;
  EXPECT_EQ(bpf_map__type(losses), BPF_MAP_TYPE_PERCPU_HASH);
  EXPECT_EQ(bpf_map__key_size(losses), 8U);
  EXPECT_EQ(bpf_map__value_size(losses), 8U);
  EXPECT_EQ(bpf_map__max_entries(losses), 128U);
  EXPECT_EQ(map_count(skeleton->obj), 3U);
  EXPECT_EQ(bpf_object__next_program(skeleton->obj, nullptr), nullptr);
}

TEST(MapsSkeleton, NamesTheFieldsThatBpftoolPrints) {
  const std::unique_ptr<maps, void (*)(maps *)> skeleton(maps__open(), maps__destroy);
  ASSERT_NE(skeleton, nullptr);
  const btf *types = bpf_object__btf(skeleton->obj);
  const btf_type *record =
      btf__type_by_id(types, bpf_map__btf_value_type_id(skeleton->maps.xdp_stats_map));
  ASSERT_EQ(btf_vlen(record), 2);
  EXPECT_STREQ(btf__name_by_offset(types, btf_members(record)[0].name_off), "packets");
  EXPECT_STREQ(btf__name_by_offset(types, btf_members(record)[1].name_off), "bytes");
}

class BuiltinSkeleton : public testing::TestWithParam<Variant> {};

TEST_P(BuiltinSkeleton, HasOneProgramForFramesOfManyBuffers) {
  const ObjectPtr object = GetParam().open();
  bpf_program *program = bpf_object__next_program(object.get(), nullptr);
  ASSERT_NE(program, nullptr);
  EXPECT_STREQ(bpf_program__name(program), "xdp_stats");
  EXPECT_STREQ(bpf_program__section_name(program), "xdp.frags");
  EXPECT_EQ(bpf_program__type(program), BPF_PROG_TYPE_XDP);
  EXPECT_EQ(bpf_object__next_program(object.get(), program), nullptr);
}

TEST_P(BuiltinSkeleton, HasOnlyTheCounters) {
  const ObjectPtr object = GetParam().open();
  expect_map(object.get(), "xdp_stats_map",
             GetParam().kind == MapKind::kShared ? BPF_MAP_TYPE_ARRAY : BPF_MAP_TYPE_PERCPU_ARRAY,
             16, 5);
  EXPECT_EQ(map_count(object.get()), 1U);
}

TEST_P(BuiltinSkeleton, AsksForTheKfuncOnlyInItsFastVariant) {
  const ObjectPtr object = GetParam().open();
  const int id =
      btf__find_by_name_kind(bpf_object__btf(object.get()), "bpf_cast_to_kern_ctx", BTF_KIND_FUNC);
  EXPECT_EQ(id > 0, GetParam().fast);
}

INSTANTIATE_TEST_SUITE_P(Each, BuiltinSkeleton, testing::ValuesIn(builtin_variants()),
                         [](const auto &test) { return test.param.name; });

} // namespace
} // namespace xdpstats::test
