// SPDX-License-Identifier: BSD-2-Clause
void print(const char *name) {
  std::cerr << name;                    // bad
  printf("%s\n", name);                 // bad
  std::fprintf(stderr, "%s\n", name);   // bad
  ::perror(name);                       // bad
  ::write(STDERR_FILENO, name, 1);      // bad
  write_all(STDOUT_FILENO, name, name); // bad
  char text[8];
  std::snprintf(text, sizeof(text), "%s", name);
  ::write(file, "puts(name)", 1); // not std::cout
  outputs(name);
}
