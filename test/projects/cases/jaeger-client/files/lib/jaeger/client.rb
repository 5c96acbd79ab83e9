module Jaeger
end
