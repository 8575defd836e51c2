// Runs a target over its corpus with any compiler, each input as it is and in seeded changes: the fuzzers' part in the
// ordinary tests. The same seeds every time, so that what fails here fails at home.
//   events_replay CORPUS [CHANGES]     how many changes of each input; 200
// An input that breaks a demand is left in PROGRAM.input.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "base/random.hpp"
#include "demand.hpp"

namespace {

std::vector<std::string> read_corpus(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<std::string> inputs;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

/// One to four small changes: a byte, a piece cut out, a piece doubled, a piece of another input.
std::string changed(std::string text, const std::vector<std::string>& others, zs::Random& random) {
  for (std::uint64_t steps = 1 + random.below(4); steps > 0 && !text.empty(); --steps) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = 1 + random.below(std::min<std::size_t>(text.size() - at, 16));
    switch (random.below(4)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      default: {
        const std::string& other = others[random.below(others.size())];
        if (!other.empty()) text.insert(at, other.substr(random.below(other.size()), length));
      }
    }
  }
  return text;
}

// What is being run, for the moment in which a demand fails.
std::string kept_in;
std::string_view current;

void keep(int number) {
  const int file = open(kept_in.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0 && write(file, current.data(), current.size()) >= 0) close(file);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void run_kept(std::string_view input) {
  current = input;
  zs::fuzz::run(input);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: " << arguments[0] << " CORPUS [CHANGES]\n";
    return 2;
  }
  const std::vector<std::string> inputs = read_corpus(arguments[1]);
  if (inputs.empty()) {
    std::cerr << arguments[1] << " has no inputs\n";
    return 1;
  }
  const std::uint64_t changes = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 200;
  kept_in = std::filesystem::absolute(std::filesystem::path(arguments[0]).filename().string() + ".input");
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(number, keep);
  zs::SeededRandom random(1);
  for (const std::string& input : inputs) {
    run_kept(input);
    for (std::uint64_t i = 0; i < changes; ++i) {
      const std::string other = changed(input, inputs, random);
      run_kept(other);
    }
  }
  std::cout << inputs.size() << " inputs and " << inputs.size() * changes << " changes of them hold\n";
  return 0;
}
