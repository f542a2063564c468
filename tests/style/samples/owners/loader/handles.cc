// SPDX-License-Identifier: BSD-2-Clause
// Comments may say close(fd) and free(memory).
struct Owner {
  ~Owner() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  void reset(int fd) {
    ::close(fd_);
    fd_ = fd;
  }
  void hang_up() { ::close(fd_); } // bad
  void close_door();
  int fd_ = -1;
};

struct Unmap {
  void operator()(void *memory) const { ::munmap(memory, 4096); }
};

void Owner::Free::operator()(bpf_object *object) const { bpf_object__close(object); }

using Link = std::unique_ptr<bpf_link, Closer<bpf_link__destroy>>;

void by_hand(int fd, bpf_object *object, char *text) {
  const char *message = "close(fd)";
  if (fd >= 0) {
    close(fd); // bad
  }
  bpf_object__close(object); // bad
  std::free(text);           // bad
  delete text;               // bad
  close_door();
}

Owner(const Owner &) = delete;

class Gap {
  void close(uint64_t now);
};

void Gap::close(uint64_t now) {
  gap_.close(now);
  other_->close(now);
  if (fd_ < 0 || ::close(fd_) != 0) // bad
    return;
  return std::free(text_); // bad
}
