#include "binding/frame_table.h"

#include <string>

namespace memspec::binding {

std::uint32_t FrameTable::Add(const stacks::Frame& frame) {
  const auto [it, fresh] = index_of_.try_emplace(&frame, static_cast<std::uint32_t>(frames_.size()));
  if (fresh) frames_.push_back(&frame);
  return it->second;
}

std::size_t FrameTable::Hash::operator()(const stacks::Frame* frame) const {
  constexpr std::size_t kPrime = 0x9e3779b97f4a7c15u;
  std::size_t hash = std::hash<std::string>()(frame->function);
  for (const int part : {frame->script_id, frame->line, frame->column}) {
    hash = (hash ^ static_cast<std::size_t>(static_cast<unsigned>(part))) * kPrime;
    hash ^= hash >> 32;
  }
  return hash;
}

bool FrameTable::Equal::operator()(const stacks::Frame* a, const stacks::Frame* b) const {
  return a->script_id == b->script_id && a->line == b->line && a->column == b->column && a->kind == b->kind &&
         a->line_is_function == b->line_is_function && a->inlined == b->inlined && a->function == b->function &&
         a->url == b->url;
}

}  // namespace memspec::binding
