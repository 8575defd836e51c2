#include "cli/notes.hpp"

#include "cli/output.hpp"

namespace zs::cli {

std::string section(std::string_view title, const std::vector<setup::Note>& notes, setup::Weight weight,
                    std::string_view sign) {
  std::string out;
  for (const setup::Note& note : notes) {
    if (note.weight != weight) continue;
    out += "  " + std::string(sign) + " " + printable(note.what) + "\n";
    if (!note.mend.empty()) out += "      -> " + printable(note.mend) + "\n";
  }
  return out.empty() ? "" : "\n" + std::string(title) + "\n" + out;
}

void write_notes(JsonWriter& json, std::string_view key, const std::vector<setup::Note>& notes, setup::Weight weight) {
  json.key(key).begin_array();
  for (const setup::Note& note : notes) {
    if (note.weight == weight) json.begin_object().field("what", note.what).field("mend", note.mend).end_object();
  }
  json.end_array();
}

}  // namespace zs::cli
