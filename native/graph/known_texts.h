// The names by which V8 and Node call what a reader of heaps must know: looked up once per graph, compared as numbers.
// kNoIndex: not in this snapshot. Any thread.
#pragma once
#include "graph/graph.h"

namespace memspec::graph {

struct KnownTexts {
  explicit KnownTexts(const Graph& graph);

  // Edges.
  Text elements = kNoIndex, properties = kNoIndex, table = kNoIndex, context = kNoIndex, shared = kNoIndex,
       script = kNoIndex, script_or_debug_info = kNoIndex, name_or_scope_info = kNoIndex, scope_info = kNoIndex,
       previous = kNoIndex, extension = kNoIndex, proto = kNoIndex, events = kNoIndex, target_events = kNoIndex,
       bound_function = kNoIndex, bound_this = kNoIndex, bound_arguments = kNoIndex, function = kNoIndex,
       registers = kNoIndex, value = kNoIndex, backing_store = kNoIndex, listener = kNoIndex, callback = kNoIndex,
       next = kNoIndex, map = kNoIndex, reactions = kNoIndex, global_object = kNoIndex, embedder_data = kNoIndex,
       global_proxy = kNoIndex, timers_back = kNoIndex,
       wrap_function = kNoIndex, constructor = kNoIndex, target = kNoIndex;
  // Nodes.
  Text empty = kNoIndex, context_node = kNoIndex, native_context = kNoIndex, property_cell = kNoIndex,
       cell = kNoIndex, weak_cell = kNoIndex, context_cell = kNoIndex, property_array = kNoIndex, accessor_pair = kNoIndex, object_elements = kNoIndex,
       object_properties = kNoIndex, bound_arguments_node = kNoIndex, native_bind = kNoIndex, scope_info_node = kNoIndex,
       buffer_data = kNoIndex, cleanup_queue = kNoIndex, object = kNoIndex, array = kNoIndex, map_object = kNoIndex,
       set_object = kNoIndex, generator = kNoIndex, async_function = kNoIndex, weak_map = kNoIndex, weak_set = kNoIndex,
       text_module = kNoIndex, promise_reaction = kNoIndex, promise = kNoIndex, map_node = kNoIndex, proxy_node = kNoIndex, once_wrapper = kNoIndex, listener_object = kNoIndex,
       event_target = kNoIndex, worker_output = kNoIndex, weak_array_list = kNoIndex, weak_fixed_array = kNoIndex;
  // Roots.
  Text stack_roots = kNoIndex, handle_scope = kNoIndex, global_handles = kNoIndex, eternal_handles = kNoIndex,
       traced_handles = kNoIndex;
};

}  // namespace memspec::graph
