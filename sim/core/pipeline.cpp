#include "core/pipeline.hpp"

#include <algorithm>
#include <array>

namespace zohosim {
namespace {

constexpr std::array k_stages{
    Stage{"Qualification", 10, "Open", "Pipeline"},
    Stage{"Needs Analysis", 20, "Open", "Pipeline"},
    Stage{"Value Proposition", 40, "Open", "Pipeline"},
    Stage{"Identify Decision Makers", 60, "Open", "Pipeline"},
    Stage{"Proposal/Price Quote", 75, "Open", "Pipeline"},
    Stage{"Negotiation/Review", 90, "Open", "Pipeline"},
    Stage{"Closed Won", 100, "Closed Won", "Closed"},
    Stage{"Closed Lost", 0, "Closed Lost", "Omitted"},
    Stage{"Closed-Lost to Competition", 0, "Closed Lost", "Omitted"},
};

std::vector<std::string_view> all_stage_names() {
  std::vector<std::string_view> out;
  for (const Stage& stage : k_stages) out.push_back(stage.name);
  return out;
}

}  // namespace

std::span<const Stage> standard_stages() { return k_stages; }

const std::vector<Pipeline>& pipelines() {
  static const std::vector<Pipeline> all{
      {"Standard (Standard)", all_stage_names()},
      {"Renewals", {"Qualification", "Negotiation/Review", "Closed Won", "Closed Lost"}},
  };
  return all;
}

std::vector<std::string_view> pipeline_names() {
  std::vector<std::string_view> out;
  for (const Pipeline& pipeline : pipelines()) out.push_back(pipeline.name);
  return out;
}

bool pipeline_has_stage(std::string_view pipeline, std::string_view stage) {
  return std::ranges::any_of(pipelines(), [&](const Pipeline& candidate) {
    return candidate.name == pipeline && std::ranges::find(candidate.stages, stage) != candidate.stages.end();
  });
}

}  // namespace zohosim
