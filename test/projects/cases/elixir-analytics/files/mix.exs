defmodule App
