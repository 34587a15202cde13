// A test harness of forty lines: tests are named by sentences, register themselves, and stop at the first failed check.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace test {

struct Failure {
  std::string message;
};

struct Case {
  const char* name;
  void (*run)();
};

inline std::vector<Case>& Cases() {
  static std::vector<Case> cases;
  return cases;
}

struct Registered {
  Registered(const char* name, void (*run)()) { Cases().push_back({name, run}); }
};

template <class A, class B>
void CheckEqual(const A& actual, const B& expected, const std::string& what, int line) {
  if (actual == expected) return;
  std::ostringstream text;
  text << "line " << line << ": " << what << " is " << actual << ", expected " << expected;
  throw Failure{text.str()};
}

inline void Check(bool holds, const std::string& what, int line) {
  if (!holds) throw Failure{"line " + std::to_string(line) + ": not true: " + what};
}

// How many seeds a random test tries: fewer where a sanitizer makes each ten times slower.
inline unsigned Seeds() {
  const char* seeds = std::getenv("CPP_TEST_SEEDS");
  return seeds == nullptr ? 500 : static_cast<unsigned>(std::strtoul(seeds, nullptr, 10));
}

// xorshift64*: the same sequence everywhere.
class RandomBits {
 public:
  explicit RandomBits(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint64_t Next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1du;
  }

 private:
  std::uint64_t state_;
};

}  // namespace test

#define TEST_NAMED_2(name, line)                                      \
  static void TestCase##line();                                       \
  static const test::Registered g_registered##line(name, TestCase##line); \
  static void TestCase##line()
#define TEST_NAMED_1(name, line) TEST_NAMED_2(name, line)
#define TEST(name) TEST_NAMED_1(name, __LINE__)
#define CHECK(condition) test::Check(condition, #condition, __LINE__)
#define CHECK_EQUAL(actual, expected) test::CheckEqual(actual, expected, #actual, __LINE__)
