// SPDX-License-Identifier: BSD-2-Clause
// Calls a harness with each file of the directories that are named, without libFuzzer.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto &entry : std::filesystem::directory_iterator(argv[i])) {
      std::ostringstream contents;
      contents << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      const std::string bytes = contents.str();
      std::cout << entry.path().filename().string() << std::endl; // the last one is the culprit
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
      ++files;
    }
  }
  if (files == 0) {
    std::cerr << "there is nothing to replay\n";
    return 1;
  }
  return 0;
}
