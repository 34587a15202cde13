{
  # Plain C and C++ with Node-API: one build serves every Node.
  # Node's own flags come first and the last one wins. No builtins: a compiler that knows malloc may leave one out.
  "variables": { "probe_flags": ["-std=gnu++20", "-O2", "-fexceptions", "-fno-builtin", "-Wall", "-Wextra"] },
  "target_defaults": {
    "default_configuration": "Release",
    "defines": ["NAPI_VERSION=8"]
  },
  "targets": [
    {
      "target_name": "probe",
      "cflags_cc": ["<@(probe_flags)"],
      "sources": ["probe.cc", "functions.cc", "patterns.cc", "mappings.cc", "processes.cc", "slot_values.cc", "malloc_loop.cc", "halting.cc"],
      "ldflags": ["-Wl,-rpath,'$$ORIGIN/probe_libraries'"],
      "libraries": ["-ldl", "-lpthread"]
    },
    {
      # What the probe opens later: it allocates through slots of its own.
      "target_name": "probe_second",
      "cflags_cc": ["<@(probe_flags)"],
      "sources": ["second.cc"]
    },
    {
      # Found by its bare name, through the probe's own RUNPATH only.
      "target_name": "probe_by_name",
      "cflags_cc": ["<@(probe_flags)"],
      "product_dir": "<(PRODUCT_DIR)/probe_libraries",
      "sources": ["second.cc"]
    },
    {
      # An allocator for LD_PRELOAD, over libc's: its blocks carry a header, so that handing one to the wrong allocator crashes.
      "target_name": "probe_malloc",
      "cflags_cc": ["<@(probe_flags)"],
      "sources": ["preloaded_malloc.cc"]
    }
  ]
}
