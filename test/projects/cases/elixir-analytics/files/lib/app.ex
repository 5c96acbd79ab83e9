defmodule App.Web
