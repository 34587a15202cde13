// V8 15 adds to the names of its own objects what they are of: "system / Context / scope @17", "system / Script / app.js". Here
// they get the names back that V8 gave them before: "system / Context", and of a script its own. One thread.
#pragma once

namespace memspec::graph {

class Graph;

// False: there is no memory for names that have to be added.
bool TakeNamesPlainly(Graph* graph);

}  // namespace memspec::graph
