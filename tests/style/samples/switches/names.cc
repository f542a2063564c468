// SPDX-License-Identifier: BSD-2-Clause
const char *name(State state) {
  switch (state) {
  case State::kCounting:
    return "counting";
  case State::kStopped:
    return "stopped";
  }
  return "unknown";
}

const char *lazy(State state) {
  switch (state) {
  case State::kCounting:
    return "counting";
  default: // bad
    return "anything";
  }
}

const char *nested(State state, int number) {
  switch (number) {
  case SIGINT:
    switch (state) {
    case kStopped:
      break;
    default: // bad
      return "default: is a word here";
    }
    break;
  case 7:
  default:
    return "no enum of ours";
  }
  switch (state) {
  case State::kStopped:
    break;
  case State::kCounting:
    switch (number) {
    case 1:
      break;
    default:
      break;
    }
  }
  return "";
}
