{
  "variables": { "memspec_sanitize%": "" },
  "target_defaults": {
    "default_configuration": "Release"
  },
  "targets": [
    {
      "target_name": "memspec",
      "sources": ["<!@(node native/tools/sources.mjs)"],
      "include_dirs": [
        "native",
        "<!(node -p \"require('node-addon-api').include_dir\")"
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        # In a worker that is being terminated nothing can be thrown, which is no reason to end the process.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        "MEMSPEC_VERSION=\"<!(node -p \"require('./native/package.json').version\")\""
      ],
      # Node's own flags come first and the last one wins.
      "cflags_cc": [
        "-std=gnu++20",
        "-O2",
        "-fno-exceptions",
        "-fno-omit-frame-pointer",
        "-ftls-model=initial-exec",
        "-fvisibility=hidden",
        "-fvisibility-inlines-hidden",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        # V8's and node-addon-api's headers are not ours to warn about.
        "-isystem<(node_root_dir)/include/node",
        "-isystem<!(node -p \"require('node-addon-api').include_dir\")"
      ],
      "ldflags": ["-Wl,-z,nodelete", "-Wl,-z,now", "-static-libgcc"],
      "conditions": [
        ["memspec_sanitize!=''", {
          "cflags_cc": ["-fsanitize=<(memspec_sanitize)", "-O0", "-g1"],
          "ldflags": ["-fsanitize=<(memspec_sanitize)"],
          "ldflags!": ["-static-libgcc"]
        }]
      ]
    }
  ]
}
