#pragma once
// The sales pipelines of Deals. The second one takes only some of the stages, so that a client which
// sends a stage without its pipeline in mind is caught.

#include <span>
#include <string_view>
#include <vector>

namespace zohosim {

struct Stage {
  std::string_view name;
  int probability;
  std::string_view forecast_type;
  std::string_view forecast_category;
};

struct Pipeline {
  std::string_view name;
  std::vector<std::string_view> stages;
};

[[nodiscard]] std::span<const Stage> standard_stages();
[[nodiscard]] const std::vector<Pipeline>& pipelines();
[[nodiscard]] std::vector<std::string_view> pipeline_names();
[[nodiscard]] bool pipeline_has_stage(std::string_view pipeline, std::string_view stage);

}  // namespace zohosim
