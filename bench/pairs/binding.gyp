{
  "targets": [
    {
      "target_name": "pairs",
      "sources": ["pairs.cc"],
      "cflags_cc": ["-std=gnu++20", "-O2", "-Wall", "-Wextra"]
    }
  ]
}
