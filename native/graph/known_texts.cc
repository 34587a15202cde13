#include "graph/known_texts.h"

#include <string_view>
#include <unordered_map>

namespace memspec::graph {

KnownTexts::KnownTexts(const Graph& graph) {
  const std::unordered_map<std::string_view, Text*> wanted = {
      {"elements", &elements},
      {"properties", &properties},
      {"table", &table},
      {"context", &context},
      {"shared", &shared},
      {"script", &script},
      {"script_or_debug_info", &script_or_debug_info},
      {"name_or_scope_info", &name_or_scope_info},
      {"scope_info", &scope_info},
      {"previous", &previous},
      {"extension", &extension},
      {"__proto__", &proto},
      {"_events", &events},
      {"<symbol kEvents>", &target_events},
      {"bound_function", &bound_function},
      {"bound_this", &bound_this},
      {"bound_arguments", &bound_arguments},
      {"function", &function},
      {"parameters_and_registers", &registers},
      {"value", &value},
      {"backing_store", &backing_store},
      {"listener", &listener},
      {"target", &target},
      {"callback", &callback},
      {"next", &next},
      {"map", &map},
      {"reactions_or_result", &reactions},
      {"global_object", &global_object},
      {"embedder_data", &embedder_data},
      {"global_proxy_object", &global_proxy},
      {"_idlePrev", &timers_back},
      {"wrapFn", &wrap_function},
      {"constructor", &constructor},
      {"", &empty},
      {"system / Context", &context_node},
      {"system / NativeContext", &native_context},
      {"system / PropertyCell", &property_cell},
      {"system / Cell", &cell},
      {"system / WeakCell", &weak_cell},
      {"system / ContextCell", &context_cell},
      {"system / PropertyArray", &property_array},
      {"system / AccessorPair", &accessor_pair},
      {"system / WeakArrayList", &weak_array_list},
      {"system / WeakFixedArray", &weak_fixed_array},
      {"(object elements)", &object_elements},
      {"(object properties)", &object_properties},
      {"(bound arguments)", &bound_arguments_node},
      {"native_bind", &native_bind},
      {"system / ScopeInfo", &scope_info_node},
      {"system / JSArrayBufferData", &buffer_data},
      {"Node / CleanupQueue", &cleanup_queue},
      {"ReadableWorkerStdio", &worker_output},
      {"Object", &object},
      {"Array", &array},
      {"Map", &map_object},
      {"Set", &set_object},
      {"Generator", &generator},
      {"AsyncFunction", &async_function},
      {"WeakMap", &weak_map},
      {"WeakSet", &weak_set},
      {"system / SourceTextModule", &text_module},
      {"system / PromiseReaction", &promise_reaction},
      {"Promise", &promise},
      {"system / Map", &map_node},
      {"system / JSProxy", &proxy_node},
      {"onceWrapper", &once_wrapper},
      {"Listener", &listener_object},
      {"EventTarget", &event_target},
      {"(Stack roots)", &stack_roots},
      {"(Handle scope)", &handle_scope},
      {"(Global handles)", &global_handles},
      {"(Eternal handles)", &eternal_handles},
      {"(Traced handles)", &traced_handles},
  };
  constexpr std::size_t kLongest = 32;
  for (Text text = 0; text < graph.texts(); ++text) {
    const std::string_view content = graph.text(text);
    if (content.size() > kLongest) continue;
    const auto found = wanted.find(content);
    if (found != wanted.end() && *found->second == kNoIndex) *found->second = text;
  }
}

}  // namespace memspec::graph
