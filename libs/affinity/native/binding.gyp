{
  "target_defaults": {
    "cflags": ["-O3", "-Wall", "-Wextra", "-Wno-uninitialized", "-Wno-maybe-uninitialized", "-ffp-contract=off", "-fno-math-errno"],
    "cflags_cc": ["-std=c++17"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CFLAGS": ["-O3", "-ffp-contract=off"]
    }
  },
  "targets": [
    {
      "target_name": "avx2",
      "type": "static_library",
      "sources": ["src/avx2.cc"],
      "conditions": [["target_arch=='x64'", {"cflags": ["-mavx2", "-mfma"]}]]
    },
    {
      "target_name": "avxvnni",
      "type": "static_library",
      "sources": ["src/avxvnni.cc"],
      "conditions": [["target_arch=='x64'", {"cflags": ["-mavx2", "-mfma", "-mavxvnni"]}]]
    },
    {
      "target_name": "avx512vnni",
      "type": "static_library",
      "sources": ["src/avx512vnni.cc"],
      "conditions": [
        ["target_arch=='x64'", {"cflags": ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni", "-mfma"]}]
      ]
    },
    {
      "target_name": "amxint8",
      "type": "static_library",
      "sources": ["src/amxint8.cc"],
      "conditions": [
        [
          "target_arch=='x64'",
          {"cflags": ["-mavx512f", "-mavx512bw", "-mavx512vl", "-mavx512dq", "-mavx512vnni", "-mfma", "-mamx-tile", "-mamx-int8"]}
        ]
      ]
    },
    {
      "target_name": "affinity",
      "sources": [
        "src/addon.cc",
        "src/backends.cc",
        "src/frame.cc",
        "src/job.cc",
        "src/labels.cc",
        "src/pool.cc",
        "src/self_test.cc",
        "src/serial.cc"
      ],
      "dependencies": ["avx2", "avxvnni", "avx512vnni", "amxint8"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS"],
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-fexceptions"],
      "ldflags": ["-pthread"]
    }
  ]
}
