#include "written.h"

#include <algorithm>
#include <map>

namespace test {

namespace {

class Strings {
 public:
  std::size_t Of(const std::string& text) {
    const auto [found, fresh] = known_.try_emplace(text, list_.size());
    if (fresh) list_.push_back(text);
    return found->second;
  }
  std::string Text() const {
    std::string text = "[";
    for (std::size_t i = 0; i < list_.size(); ++i) {
      text += i == 0 ? "\"" : ",\n\"";
      for (const char c : list_[i]) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
      text += "\"";
    }
    return text + "]";
  }

 private:
  std::map<std::string, std::size_t> known_;
  std::vector<std::string> list_;
};

std::string Join(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

}  // namespace

std::uint32_t Written::Add(NodeType type, std::string name, std::uint64_t size) {
  const auto index = static_cast<std::uint32_t>(nodes.size());
  nodes.push_back({type, std::move(name), 2 * index + 1, size, {}, 0});
  return index;
}

void Written::Link(std::uint32_t from, std::uint32_t to, EdgeType type, std::string name) {
  nodes[from].edges.push_back({type, std::move(name), static_cast<std::uint32_t>(nodes[from].edges.size()), to});
}

std::string Written::Text() const {
  Strings strings;
  std::vector<std::string> fields = {"type", "name", "id", "self_size", "edge_count"};
  if (traces) fields.push_back("trace_node_id");
  if (detachedness) fields.push_back("detachedness");
  if (reversed_fields) std::reverse(fields.begin(), fields.end());
  std::vector<std::string> quoted;
  for (const std::string& field : fields) quoted.push_back("\"" + field + "\"");
  std::string rows;
  std::string edge_rows;
  std::size_t edges = 0;
  for (const WrittenNode& node : nodes) {
    const std::map<std::string, std::string> values = {{"type", std::to_string(static_cast<int>(node.type))},
                                                       {"name", std::to_string(strings.Of(node.name))},
                                                       {"id", std::to_string(node.id)},
                                                       {"self_size", std::to_string(node.size)},
                                                       {"edge_count", std::to_string(node.edges.size())},
                                                       {"trace_node_id", std::to_string(node.trace)},
                                                       {"detachedness", "0"}};
    std::vector<std::string> row;
    for (const std::string& field : fields) row.push_back(values.at(field));
    rows += (rows.empty() ? "" : "\n,") + Join(row);
    for (const WrittenEdge& edge : node.edges) {
      const bool indexed = memspec::graph::Graph::IsIndexed(edge.type);
      edge_rows += (edge_rows.empty() ? "" : "\n,") +
                   Join({std::to_string(static_cast<int>(edge.type)),
                         std::to_string(indexed ? edge.index : strings.Of(edge.name)),
                         std::to_string(edge.to * fields.size())});
      ++edges;
    }
  }
  std::string text = R"({"snapshot":{"meta":{"node_fields":[)" + Join(quoted) +
                     R"(],"node_types":[["hidden","array","string","object","code","closure","regexp","number","native",)"
                     R"("synthetic","concatenated string","sliced string","symbol","bigint","object shape"],"string"],)"
                     R"("edge_fields":["type","name_or_index","to_node"],)"
                     R"("edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"x","node"],)"
                     R"("trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],)"
                     R"("trace_node_fields":["id","function_info_index","count","size","children"],)"
                     R"("sample_fields":["timestamp_us","last_assigned_id"],)"
                     R"("location_fields":["object_index","script_id","line","column"]},"node_count":)" +
                     std::to_string(nodes.size()) + ",\"edge_count\":" + std::to_string(edges) +
                     ",\"trace_function_count\":0},\n";
  if (unknown_sections) text += R"("news":{"a":[1,{"b":"]}\""}],"c":null},"more":-1.5e3,)";
  text += "\"nodes\":[" + rows + "\n],\n\"edges\":[" + edge_rows + "\n],\n\"trace_function_infos\":[" + trace_functions + "],\n";
  text += "\"trace_tree\":[" + trace_tree + "],\n\"samples\":[],\n\"locations\":[],\n\"strings\":" + strings.Text() + "}\n";
  return text;
}

Read ReadText(const std::string& text, std::size_t chunk) {
  memspec::graph::SnapshotReader reader;
  const std::size_t step = chunk == 0 ? text.size() : chunk;
  for (std::size_t at = 0; at < text.size(); at += step) {
    if (!reader.Feed(text.data() + at, std::min(step, text.size() - at))) break;
  }
  Read read;
  read.graph = reader.Finish();
  read.problem = reader.problem();
  return read;
}

}  // namespace test
